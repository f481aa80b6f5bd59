import { describe, expect, it } from 'vitest';
import { causeChain, groupFrames } from '../src/panels/stack';

describe('causeChain', () => {
  it('reads JavaScript, the error first', () => {
    const stack = 'TypeError: no\n    at pay (shop.js:1:2)\nCaused by: Error: deeper\n    at reserve (shop.js:3:4)';
    expect(causeChain(stack)).toEqual([
      { head: 'TypeError: no', frames: ['    at pay (shop.js:1:2)'], parts: [] },
      { head: 'Error: deeper', frames: ['    at reserve (shop.js:3:4)'], parts: [] },
    ]);
  });

  it('turns Python around, which says the first error first', () => {
    const stack = [
      'Traceback (most recent call last):',
      '  File "a.py", line 1, in f',
      '    x / 0',
      'ZeroDivisionError: division by zero',
      '',
      'The above exception was the direct cause of the following exception:',
      '',
      'Traceback (most recent call last):',
      '  File "a.py", line 3, in g',
      'CouponError: BROKEN',
      'second line',
    ].join('\n');
    expect(causeChain(stack).map((cause) => cause.head)).toEqual(['CouponError: BROKEN\nsecond line', 'ZeroDivisionError: division by zero']);
    expect(causeChain(stack)[1]!.frames).toEqual(['  File "a.py", line 1, in f', '    x / 0']);
  });

  it('puts the errors inside an AggregateError below it, and its cause after it', () => {
    const stack = ['AggregateError: all failed', '    at a (x.js:1:1)', 'Caused by: Of several: TypeError: one', '    at b (x.js:2:1)', 'Caused by: Of several: Error: two', 'Caused by: RangeError: why', '    at c (x.js:3:1)'].join('\n');
    const chain = causeChain(stack);
    expect(chain.map(({ head }) => head)).toEqual(['AggregateError: all failed', 'RangeError: why']);
    expect(chain[0]!.frames).toEqual(['    at a (x.js:1:1)']);
    expect(chain[0]!.parts).toEqual([
      { head: 'TypeError: one', frames: ['    at b (x.js:2:1)'], parts: [] },
      { head: 'Error: two', frames: [], parts: [] },
    ]);
    expect(chain[1]!.parts).toEqual([]);
  });

  it('takes a group of Python apart, also one within another', () => {
    // As Python 3.11 prints it.
    const stack = `Traceback (most recent call last):
  File "a.py", line 10, in <module>
    one()
ValueError: before

The above exception was the direct cause of the following exception:

  + Exception Group Traceback (most recent call last):
  |   File "a.py", line 11, in main
  |     run()
  | ExceptionGroup: batch (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "a.py", line 2, in one
    |     raise ValueError("one")
    | ValueError: one
    +---------------- 2 ----------------
    | Exception Group Traceback (most recent call last):
    |   File "a.py", line 4, in inner
    | ExceptionGroup: inner (2 sub-exceptions)
    +-+---------------- 1 ----------------
      | KeyError: 'two'
      +---------------- 2 ----------------
      | TypeError: three
      +------------------------------------`;
    const [whole, cause, ...rest] = causeChain(stack);
    expect(rest).toEqual([]);
    expect(cause!.head).toBe('ValueError: before');
    expect(whole!.head).toBe('ExceptionGroup: batch (2 sub-exceptions)');
    expect(whole!.frames).toEqual(['  File "a.py", line 11, in main', '    run()']);
    expect(whole!.parts.map(({ head }) => head)).toEqual(['ValueError: one', 'ExceptionGroup: inner (2 sub-exceptions)']);
    expect(whole!.parts[0]!.frames).toEqual(['  File "a.py", line 2, in one', '    raise ValueError("one")']);
    expect(whole!.parts[1]!.parts.map(({ head }) => head)).toEqual(["KeyError: 'two'", 'TypeError: three']);
  });

  it('has nothing to say about an empty stack', () => {
    expect(causeChain('')).toEqual([]);
  });
});

describe('groupFrames', () => {
  it('keeps the source line of a Python frame with it, and sets library frames apart', () => {
    const lines = ['  File "/v/site-packages/flask/app.py", line 1, in f', '    a()', '  File "/v/site-packages/flask/app.py", line 2, in g', '  File "/srv/app.py", line 3, in h', '    x / 0'];
    expect(groupFrames(lines).map((group) => [group.library, group.frames.length])).toEqual([
      [true, 2],
      [false, 1],
    ]);
  });

  it('reads JavaScript frames', () => {
    const groups = groupFrames(['    at pay (shop.js:1:2)', '    at run (/app/node_modules/lib/x.js:1:1)']);
    expect(groups.map((group) => group.library)).toEqual([false, true]);
  });
});
