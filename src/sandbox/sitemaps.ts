import type { TaskName } from '../tasks/types.ts';

export type ScrapedTask = Exclude<TaskName, 'yamato_tracking_10'>;

export interface Sitemap {
  id: number;
  name: string;
  /** Null: a sitemap the sandbox knows nothing of; its pages come out empty. */
  task: ScrapedTask | null;
}

/** The present account's sitemaps. */
export const DEFAULT_SITEMAPS: Readonly<Record<ScrapedTask, number>> = {
  official_website_redirect_to_yamato_tracking: 1421177,
  official_website_tracking: 789,
  yamato_tracking_only: 1423671,
  japan_post_tracking_only: 1423655,
  japan_post_tracking_10: 1424233,
  redirect_to_japan_post_tracking: 1422223,
};

/** The sitemap of an id; any id is accepted. */
export function sitemapOf(id: number, sitemaps: Readonly<Record<ScrapedTask, number>>): Sitemap {
  for (const [task, known] of Object.entries(sitemaps)) {
    if (known === id) return { id, name: task.replaceAll('_', '-'), task: task as ScrapedTask };
  }
  return { id, name: `sitemap-${id}`, task: null };
}
