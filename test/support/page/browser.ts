import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { needs } from '../component.ts';
import { missingProgram, programPath } from '../programs.ts';
import { FakeServer } from './fake-server.ts';

const LOCALES = { en: 'en-GB', ja: 'ja-JP', zh: 'zh-CN' } as const;

/** A time as the page writes it: some minutes to or from now may be another day. */
export const CLOCK = String.raw`(?:\w+ \d+, )?\d\d:\d\d`;

export interface LookOptions {
  language?: keyof typeof LOCALES;
  context?: BrowserContextOptions;
  /** The page's timers can be run ahead by `page.clock`. */
  hasClock?: boolean;
}

export interface Looking {
  server: FakeServer;
  /** Opens the page at a hash, in a session of its own. */
  open: (hash?: string, options?: LookOptions) => Promise<Page>;
}

/**
 * Tests with a browser and a server in memory, of a file one each. A test fails on whatever the browser complains about: a
 * script's error, a violation of the content security policy.
 */
export function inBrowser(name: string, tests: (looking: Looking) => void): void {
  needs(missingProgram('chromium', 'chromium'))(name, () => {
    const server = new FakeServer();
    const complaints: string[] = [];
    let browser: Browser;
    let url: string;

    beforeAll(async () => {
      url = await server.start();
      browser = await chromium.launch({
        executablePath: programPath('chromium'),
        args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      });
    });
    beforeEach(() => server.reset());
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
      expect(complaints.splice(0)).toEqual([]);
    });
    afterAll(async () => {
      await browser.close();
      await server.stop();
    });

    tests({
      server,
      open: async (hash = '#/', { language = 'en', context = {}, hasClock = false } = {}) => {
        const session = await browser.newContext({ locale: LOCALES[language], ...context });
        const page = await session.newPage();
        if (hasClock) await page.clock.install();
        page.setDefaultTimeout(20_000);
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('console', (message) => {
          // An answer that is no success is no fault of the page's.
          if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
            complaints.push(message.text());
        });
        await page.goto(`${url}/${hash}`);
        await page.locator('main h1').waitFor({ state: 'attached' });
        return page;
      },
    });
  });
}

export async function isFocused(element: Locator): Promise<boolean> {
  return (await element.and(element.page().locator(':focus')).count()) === 1;
}

/** What is sent to such an address arrives once the answer is called. */
export async function holdBack(page: Page, url: RegExp): Promise<() => void> {
  let release = (): void => {};
  const isReleased = new Promise<void>((done) => {
    release = done;
  });
  await page.route(url, async (route) => {
    await isReleased;
    await route.continue();
  });
  return release;
}
