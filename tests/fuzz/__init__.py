"""Mutated requests for every decoder: whatever comes, it is taken or refused in words of ours.

``python -m tests.fuzz N`` tries N inputs and prints what became of them.
"""
