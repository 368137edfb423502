import { describe, expect, test } from 'vitest';
import { mergeDefender, sharedWithDefender } from '../../../model/guards/defender.ts';

describe('what Defender for Cloud may share', () => {
  test('is held where it is in use, saying where that was seen', () => {
    const defender = { state: 'in-use' as const, why: ['subscription one has the extension on', 'subscription two has a connector'] };
    expect(sharedWithDefender({ defender })).toEqual({
      code: 'SharedWithDefender',
      reason: 'shared with Defender for Cloud, which uses it: subscription one has the extension on; subscription two has a connector',
    });
  });

  test('is held where nobody was allowed to look, and where nobody looked', () => {
    expect(sharedWithDefender({ defender: { state: 'unknown', why: ['denied'] } })?.reason).toMatch(
      /^shared with Defender for Cloud.*denied/,
    );
    expect(sharedWithDefender({})).toMatchObject({ code: 'SharedWithDefender' });
  });

  test('is not held where it was looked for and not found', () => {
    expect(sharedWithDefender({ defender: { state: 'absent', why: [] } })).toBeUndefined();
  });

  test.each([
    [['absent', 'in-use', 'unknown'], 'in-use'],
    [['unknown', 'absent'], 'unknown'],
    [['absent', 'absent'], 'absent'],
  ] as const)('of %s together is %s, with the reasons of that state only', (states, state) => {
    const merged = mergeDefender([undefined, ...states.map((s) => ({ state: s, why: [s] }))]);
    expect(merged).toEqual({ state, why: [state] });
  });

  test('is unsaid when nobody can say', () => {
    expect(mergeDefender([undefined])).toBeUndefined();
  });
});
