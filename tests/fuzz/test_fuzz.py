"""A short run of the fuzzer, with cases that hypothesis makes smaller when one fails."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import REFUSED, TAKEN, TARGETS


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_a_decoder_takes_or_refuses_whatever_comes(name: str, random: Random) -> None:
    assert TARGETS[name](random) in (TAKEN, REFUSED)


@pytest.mark.parametrize("name", TARGETS)
def test_the_inputs_reach_both_ends(name: str) -> None:
    """Were all refused at once, or none, the fuzzer would see little of the decoder."""
    outcomes = {TARGETS[name](Random(seed)) for seed in range(100)}
    assert outcomes == {TAKEN, REFUSED}
