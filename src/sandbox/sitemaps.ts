import type { TaskName } from '../tasks/types.ts';

/** The present account's sitemaps, by the tasks whose pages the sandbox can make. */
export const DEFAULT_SITEMAPS = {
  official_website_redirect_to_yamato_tracking: 1421177,
  official_website_tracking: 789,
  yamato_tracking_only: 1423671,
  japan_post_tracking_only: 1423655,
  japan_post_tracking_10: 1424233,
  redirect_to_japan_post_tracking: 1422223,
} as const satisfies Partial<Record<TaskName, number>>;

export type ScrapedTask = keyof typeof DEFAULT_SITEMAPS;
/** All tasks that the sandbox has answers for. */
export type AnsweredTask = ScrapedTask | 'yamato_tracking_10';

export interface Sitemap {
  id: number;
  name: string;
  /** Null: a sitemap the sandbox knows nothing of; its pages come out empty. */
  task: ScrapedTask | null;
}

/** The sitemap of an id; any id is accepted. */
export function sitemapOf(id: number, sitemaps: Readonly<Record<ScrapedTask, number>>): Sitemap {
  for (const [task, known] of Object.entries(sitemaps)) {
    if (known === id) return { id, name: task.replaceAll('_', '-'), task: task as ScrapedTask };
  }
  return { id, name: `sitemap-${id}`, task: null };
}
