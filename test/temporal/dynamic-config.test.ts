import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mergeDynamicConfig, readOurDynamicConfig } from '../../src/temporal/dynamic-config.ts';

const OURS = `# why
matching.numTaskqueueReadPartitions:
  - value: 1
    constraints:
      taskQueueName: publish_tracking_queue
# Payloads are ids.
limit.blobSize.warn:
  - value: 131072
`;

const outcomes = (theirs: string, ours = OURS) =>
  mergeDynamicConfig(theirs, ours).entries.map(({ key, value, outcome, was }) => [key, value, outcome, was]);

describe('our dynamic config, merged into a server’s own', () => {
  it('is ours whole where there was none, comments included', () => {
    const { text, entries } = mergeDynamicConfig('');
    expect(text).toBe(readOurDynamicConfig());
    expect(new Set(entries.map(({ outcome }) => outcome))).toEqual(new Set(['added']));
    expect(entries[0]).toMatchObject({
      key: 'matching.numTaskqueueReadPartitions',
      constraints: 'taskQueueName publish_tracking_queue',
      value: 1,
    });
  });

  it('merged once more changes not a letter', () => {
    const theirs = "# ours\nsystem.enableNexus:\n  - value: true   # 'yes'\n    constraints: {}\n";
    const once = mergeDynamicConfig(theirs);
    const again = mergeDynamicConfig(once.text);
    expect(again.text).toBe(once.text);
    expect(new Set(again.entries.map(({ outcome }) => outcome))).toEqual(new Set(['same']));
  });

  it('leaves entries and comments of others as they stand', () => {
    const theirs = `# The platform team's.

# Nexus is on since May.
system.enableNexus:
  - value: true # asked for by billing
    constraints: {}

frontend.rps:
  - value: 2400
    constraints:
      namespace: "billing"
  - value: 1_000_0
# the end
`;
    const { text } = mergeDynamicConfig(theirs, OURS);
    expect(text.startsWith(theirs.replace('# the end\n', ''))).toBe(true);
    expect(text).toContain('# the end\n');
    expect(text).toContain('# Payloads are ids.\nlimit.blobSize.warn:\n  - value: 131072\n');
    expect(Object.keys(parse(text) as object)).toEqual([
      'system.enableNexus',
      'frontend.rps',
      'matching.numTaskqueueReadPartitions',
      'limit.blobSize.warn',
    ]);
  });

  it('keeps lists that are not indented so', () => {
    const { text } = mergeDynamicConfig('frontend.rps:\n- value: 2400\n', OURS);
    expect(text).toMatch(/^frontend\.rps:\n- value: 2400\n/);
  });

  it('sets what is constrained to our queue, beside what holds for other queues', () => {
    const theirs = `matching.numTaskQueueReadPartitions:
  - value: 4
  - value: 8
    constraints:
      taskqueuename: publish_tracking_queue
limit.blobSize.warn:
  - value: 131072
`;
    expect(outcomes(theirs)).toEqual([
      ['matching.numTaskqueueReadPartitions', 1, 'changed', 8],
      ['limit.blobSize.warn', 131072, 'same', null],
    ]);
    expect(parse(mergeDynamicConfig(theirs, OURS).text)).toMatchObject({
      'matching.numTaskQueueReadPartitions': [
        { value: 4 },
        { value: 1, constraints: { taskqueuename: 'publish_tracking_queue' } },
      ],
    });
  });

  it('leaves what holds for all as the operator has it, and says so', () => {
    expect(outcomes('limit.blobSize.warn:\n  - value: 500000\n    constraints: {}\n')).toEqual([
      ['matching.numTaskqueueReadPartitions', 1, 'added', null],
      ['limit.blobSize.warn', 500000, 'left', 131072],
    ]);
  });

  it.each([
    ['no YAML', 'a: [', /no dynamic config: /],
    ['a list', '- value: 1\n', /it is not a map of keys/],
    ['a plain value', 'limit.blobSize.warn: 5\n', /limit\.blobSize\.warn is not a list of values/],
  ])('refuses %s', (_what, theirs, text) => {
    expect(() => mergeDynamicConfig(theirs, OURS)).toThrow(
      expect.objectContaining({
        code: 'DYNAMIC_CONFIG_UNREADABLE',
        message: expect.stringMatching(text) as string,
      }),
    );
  });
});
