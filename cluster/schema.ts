import { BenchError } from '../bench/part.ts';
import { runCommand } from '../src/embedded/run-command.ts';
import { serverEnvironment } from '../src/embedded/server-process.ts';
import { DATABASES } from './static-config.ts';

const SCHEMAS = { default: 'postgresql/v12/temporal', visibility: 'postgresql/v12/visibility' } as const;
/** Some dozen statements a version; a machine may be very busy. */
const TIMEOUT_MS = 120_000;

/**
 * Makes Temporal's two databases with their schema, as `docker-compose.yml` does.
 *
 * @throws BenchError
 */
export async function makeSchema(
  sqlTool: string,
  env: NodeJS.ProcessEnv,
  postgresUrl: string,
): Promise<void> {
  const { hostname, port, username, password } = new URL(postgresUrl);
  for (const store of ['default', 'visibility'] as const) {
    const variables = {
      ...serverEnvironment(env),
      SQL_PLUGIN: 'postgres12',
      SQL_HOST: hostname,
      SQL_PORT: port,
      SQL_USER: username,
      SQL_PASSWORD: decodeURIComponent(password),
      SQL_DATABASE: DATABASES[store],
    };
    for (const args of [
      ['create-database'],
      ['setup-schema', '--version', '0.0'],
      ['update-schema', '--schema-name', SCHEMAS[store]],
    ]) {
      const { exitCode, output } = await runCommand(sqlTool, args, { env: variables, timeoutMs: TIMEOUT_MS });
      if (exitCode === 0) continue;
      const last = output.trim().split('\n').at(-1) ?? '';
      throw new BenchError('BENCH_PROCESS', `temporal-sql-tool ${args.join(' ')} failed: ${last}`);
    }
  }
}
