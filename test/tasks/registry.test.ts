import { describe, expect, it } from 'vitest';

import {
  TRACKING_TASKS,
  taskByName,
  taskByPrefix,
  taskForPath,
  taskOfCustomId,
} from '../../src/tasks/registry.ts';

describe('the registry', () => {
  it('holds the seven tasks with their sitemaps', () => {
    expect(
      TRACKING_TASKS.map(({ name, customIdPrefix, lookup }) => [
        name,
        customIdPrefix,
        lookup.by === 'webscraper' ? lookup.sitemapId : null,
      ]),
    ).toEqual([
      ['official_website_redirect_to_yamato_tracking', 'owryt', 1421177],
      ['official_website_tracking', 'owt', 789],
      ['yamato_tracking_only', 'yto', 1423671],
      ['japan_post_tracking_only', 'jpto', 1423655],
      ['japan_post_tracking_10', 'jpt10', 1424233],
      ['redirect_to_japan_post_tracking', 'rtjpt', 1422223],
      ['yamato_tracking_10', 'yt10', null],
    ]);
  });

  it.each(TRACKING_TASKS)('finds $name by name and prefix', ({ name }) => {
    const task = taskByName(name);
    expect(task.name).toBe(name);
    expect(taskByPrefix(task.customIdPrefix)).toBe(task);
    expect(taskOfCustomId(`${task.customIdPrefix}-20260116-1`)).toBe(task);
  });

  it('redirects from official orders alone', () => {
    expect(
      TRACKING_TASKS.filter(({ lookup }) => lookup.by === 'webscraper' && lookup.redirectsTo !== null).map(
        (task) => task.customIdPrefix,
      ),
    ).toEqual(['owryt']);
  });

  it('names what it knows when asked for something else', () => {
    expect(() => taskByName('parcel_tracking')).toThrow(
      expect.objectContaining({
        code: 'TASK_UNKNOWN',
        message: expect.stringContaining('yamato_tracking_only'),
      }),
    );
    expect(() => taskByPrefix('xyz')).toThrow(expect.objectContaining({ code: 'TASK_UNKNOWN' }));
    expect(() => taskByName('constructor')).toThrow(expect.objectContaining({ code: 'TASK_UNKNOWN' }));
    expect(taskOfCustomId('someone-else')).toBeNull();
    expect(taskOfCustomId('owt')).toBeNull();
  });

  it('takes a redirected job for its own task', () => {
    expect(taskOfCustomId('rtjpt-from-owryt-abc-1')?.name).toBe('redirect_to_japan_post_tracking');
  });
});

describe('taskForPath', () => {
  it.each([
    ['/official_website_tracking/OWT-20260116-001.xlsx', 'owt'],
    ['/a/official_website_redirect_to_yamato_tracking/2026/OWRYT-1.xlsx', 'owryt'],
    ['yamato_tracking_only/YTO-1.xlsx', 'yto'],
    ['/x/japan_post_tracking_only-old/JPTO-1.xlsx', 'jpto'],
    ['/追跡/japan_post_tracking_10/JPT10-が.xlsx', 'jpt10'],
    ['/yamato_tracking_10/YT10-.xlsx', 'yt10'],
  ])('%s', (path, prefix) => {
    expect(taskForPath(path).customIdPrefix).toBe(prefix);
    expect(taskForPath(path.normalize('NFD')).customIdPrefix).toBe(prefix);
  });

  it.each([
    '/random/file.xlsx',
    '/official_website_tracking/file.xlsx',
    '/random/OWT-1.xlsx',
    '/official_website_tracking/~$OWT-1.xlsx',
    '/official_website_tracking/OWT-/file.xlsx',
    '/official_website_tracking/YTO-1.xlsx',
    '/redirect_to_japan_post_tracking/RTJPT-1.xlsx',
    '/official_website_tracking/owt-1.xlsx',
    '',
  ])('%s matches none', (path) => {
    expect(() => taskForPath(path)).toThrow(
      expect.objectContaining({
        name: 'TaskError',
        code: 'TASK_NO_MATCH',
        message: expect.stringMatching(/^no task matches ".*": .*official_website_tracking\/…\/OWT-[^\n]*$/),
      }),
    );
  });
});
