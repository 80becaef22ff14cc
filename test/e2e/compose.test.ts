import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../src/paths.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { ended } from '../support/cli/workplace.ts';
import type { Ended } from '../support/cli/workplace.ts';
import { composeConfig, missingCompose } from '../support/compose/compose-config.ts';
import type { Service } from '../support/compose/compose-config.ts';
import { needs } from '../support/component.ts';
import { emptyDatabase } from '../support/db/test-database.ts';
import { missingProgram } from '../support/programs.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';

const PATIENCE = { timeout: 60_000, interval: 250 };
const TOKENS = { METRICS_TOKEN: 'metrics-0123456789', WEBHOOK_TOKEN: 'hook-0123456789' };
const WORKERS = Object.keys(QUEUES);
const dockerfile = readFileSync(join(packageRoot, 'Dockerfile'), 'utf8');
const read = (name: string) => readFileSync(join(packageRoot, 'temporal-config', name), 'utf8');

/** What stands in one line of the Dockerfile's last stage as JSON. */
const jsonOf = (instruction: string) =>
  JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? '[]') as string[];

/** Containers have an address each; here they are the machine's own, all in one network of loopback addresses. */
const missingAddresses = process.platform === 'linux' ? null : 'addresses such as 127.1.2.3: on Linux alone';

/**
 * The services of docker-compose.yml without containers: the command and the environment of each as Compose tells them,
 * with the image's own. Changed are only the addresses by which they find each other.
 */
needs(missingCompose ?? missingAddresses ?? missingProgram('prometheus', 'prometheus'))(
  'every service of ours',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-compose-'));
    const network = `127.${randomInt(1, 250)}.${randomInt(1, 250)}`;
    const running = new Map<string, { service: Service; child: ChildProcess; end: Promise<Ended> }>();
    let services: Record<string, Service>;
    let database: Awaited<ReturnType<typeof emptyDatabase>>;
    let temporal: DevServer;
    let sandbox: Sandbox;

    const addressOf = (name: string) => `${network}.${2 + Object.keys(services).indexOf(name)}`;

    function environmentOf(name: string): NodeJS.ProcessEnv {
      const own = Object.entries(services[name]?.environment ?? {}).filter(([, value]) => value !== null);
      const image = [...dockerfile.matchAll(/\b([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key, value]);
      return {
        PATH: process.env['PATH'],
        ...Object.fromEntries([...image, ...own]),
        HTTP_HOST: addressOf(name),
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: temporal.address,
      };
    }

    /** `args`: in place of the service's command, as `docker compose run` or `exec` take them. */
    function start(name: string, args = services[name]?.command ?? []): ChildProcess {
      const [program = '', script = '', ...rest] = [...jsonOf('ENTRYPOINT'), ...args];
      const file = script.replace(/^\/app/, packageRoot);
      return spawn(program, [file, ...rest], {
        cwd: folder,
        env: environmentOf(name),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    }

    /** `as`: the name of one more of its containers. */
    function keep(name: string, as = name, child = start(name)): void {
      const service = services[name];
      if (service !== undefined) running.set(as, { service, child, end: ended(child) });
    }

    beforeAll(async () => {
      [database, temporal] = await Promise.all([emptyDatabase(), pausingServer()]);
      sandbox = await startSandbox({ token: 'api-token', jobDurationMs: 50, callLimit: 10_000 });
      const env = { ...TOKENS, WEBSCRAPER_API_TOKEN: 'api-token', WEBSCRAPER_API_URL: sandbox.url };
      ({ services } = composeConfig({ ...env, PUBLISH_INTERVAL: '50ms', LOG_LEVEL: 'warn' }));
      sandbox.setWebhookUrl(
        `http://${addressOf('http')}:8080/webhooks/webscraper?token=${TOKENS.WEBHOOK_TOKEN}`,
      );
    }, 240_000);

    afterAll(async () => {
      for (const { child } of running.values()) child.kill('SIGKILL');
      await Promise.all([...running.values()].map(({ end }) => end));
      await sandbox?.close();
      await temporal?.stop();
      await database?.drop();
      rmSync(folder, { recursive: true, force: true });
    }, 240_000);

    it('`migrate` ends well, twice', async () => {
      for (let time = 0; time < 2; time += 1)
        expect(await ended(start('migrate'))).toMatchObject({ code: 0 });
    });

    it('the HTTP server and the workers, one of them twice, are up, and told apart', async () => {
      for (const name of ['http', ...WORKERS]) keep(name);
      const health = jsonOf(' *CMD').map((part) => part.replace('127.0.0.1', addressOf('http')));
      await vi.waitFor(() => {
        const { status } = spawnSync(health[0] ?? '', health.slice(1), { env: environmentOf('http') });
        expect(status).toBe(0);
      }, PATIENCE);
      await vi.waitFor(async () => {
        expect((await fetch(`http://${addressOf('http')}:8080/readyz`)).status).toBe(200);
      }, PATIENCE);
      // As `--scale aggregation=2`; its figures are at an address of its own.
      const second = spawn(
        process.execPath,
        [join(packageRoot, 'bin/tsuiseki.js'), 'worker', 'aggregation'],
        {
          cwd: folder,
          env: { ...environmentOf('aggregation'), HTTP_HOST: `${network}.250` },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      keep('aggregation', 'aggregation 2', second);
      await vi.waitFor(async () => {
        for (const [name, queue] of Object.entries(QUEUES)) {
          const { pollers } = await temporal.client.workflowService.describeTaskQueue({
            namespace: 'default',
            taskQueue: { name: queue },
            taskQueueType: 2,
          });
          const pids = [...running].flatMap(([as, { child }]) => (as.startsWith(name) ? [child.pid] : []));
          expect((pollers ?? []).map(({ identity }) => identity ?? '').toSorted()).toEqual(
            pids.map((pid) => `${name}@${hostname()}:${pid}`).toSorted(),
          );
        }
      }, PATIENCE);
    }, 240_000);

    it('a batch is tracked, started as by `docker compose exec http`', async () => {
      const sample = await ended(start('http', ['sample', 'official_website_tracking', '--rows', '6']));
      const started = await ended(start('http', ['start', sample.out.trim(), '--wait', '--json']));
      expect(started).toMatchObject({ code: 0 });
    }, 240_000);

    it('Prometheus finds all of them, with the token for the HTTP server', async () => {
      const {
        entrypoint: [shell = '', flags = ''] = [],
        command: [script = ''] = [],
        environment,
      } = services['prometheus'] ?? {};
      const config = parse(read('prometheus-compose.yaml').replaceAll('15s', '1s')) as {
        rule_files: string[];
        scrape_configs: {
          authorization?: { credentials_file: string };
          static_configs?: { targets: string[]; labels: object }[];
          dns_sd_configs?: { names: string[]; port: number }[];
        }[];
      };
      config.rule_files = config.rule_files.map((file) => join(packageRoot, 'temporal-config', file));
      const inHere = (path: string) => path.replace(/^\/prometheus/, folder);
      // In place of Docker's DNS: each name with the addresses that stand behind it.
      config.scrape_configs = config.scrape_configs.map(({ dns_sd_configs: dns, ...job }) => ({
        ...job,
        ...(job.authorization && {
          authorization: { credentials_file: inHere(job.authorization.credentials_file) },
        }),
        static_configs: [
          ...(job.static_configs ?? []).map(({ targets, labels }) => ({
            targets: targets.map((target) => target.replace(/^\w+/, addressOf)),
            labels,
          })),
          ...(dns ?? []).flatMap(({ names, port }) =>
            names.map((name) => ({
              targets: [addressOf(name), ...(name === 'aggregation' ? [`${network}.250`] : [])].map(
                (address) => `${address}:${port}`,
              ),
              labels: { __meta_dns_name: name },
            })),
          ),
        ],
      }));
      const file = join(folder, 'prometheus.yaml');
      writeFileSync(file, stringify(config));
      const address = `${addressOf('prometheus')}:9090`;
      const text = script
        .replaceAll('$$', '$')
        .replace('/etc/prometheus/prometheus-compose.yaml', file)
        .replaceAll(/(?<=[\s=>])\/prometheus\//g, `${folder}/`);
      const child = spawn(shell, [flags, `${text.trimEnd()} --web.listen-address=${address}`], {
        env: { PATH: process.env['PATH'], ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      keep('prometheus', 'prometheus', child);
      await vi.waitFor(async () => {
        const answer = await fetch(`http://${address}/api/v1/query?query=up`);
        const { data } = (await answer.json()) as {
          data: { result: { metric: { process: string }; value: [number, string] }[] };
        };
        const up = data.result.filter(({ value }) => value[1] === '1').map(({ metric }) => metric.process);
        expect(up.toSorted()).toEqual(['http', ...WORKERS, 'aggregation'].toSorted());
      }, PATIENCE);
      expect(spawnSync('promtool', ['check', 'config', file]).status).toBe(0);
      // Without the token nobody is told.
      expect((await fetch(`http://${addressOf('http')}:8080/metrics`)).status).toBe(401);
    }, 240_000);

    it('all of them end well within the time that Compose gives them', async () => {
      const beganMs = performance.now();
      for (const { child } of running.values()) child.kill('SIGTERM');
      for (const [name, { service, end }] of running) {
        expect({ name, ...(await end) }).toMatchObject({ name, code: 0 });
        const [, minutes = 0, seconds = 0] =
          /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(service.stop_grace_period ?? '10s') ?? [];
        expect(performance.now() - beganMs).toBeLessThan(1_000 * (60 * Number(minutes) + Number(seconds)));
      }
    }, 240_000);
  },
);
