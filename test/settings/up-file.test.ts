import { expect, it } from 'vitest';
import { embeddedTemporal } from '../../src/settings/up-file.ts';

it('the embedded server is meant alone: what another one needs is taken away, the workers’ version stays', () => {
  const env = {
    TEMPORAL_API_KEY: 'key',
    TEMPORAL_TLS_CERT: '/cert',
    TEMPORAL_DEPLOYMENT_NAME: 'tsuiseki',
    TEMPORAL_WORKER_BUILD_ID: '1.4.0',
    PATH: '/bin',
  };
  const server = { address: '127.0.0.1:7233', namespace: 'default' };
  expect({ ...env, ...embeddedTemporal(env, server) }).toMatchObject({
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
    TEMPORAL_API_KEY: '',
    TEMPORAL_TLS_CERT: '',
    TEMPORAL_DEPLOYMENT_NAME: 'tsuiseki',
    TEMPORAL_WORKER_BUILD_ID: '1.4.0',
    PATH: '/bin',
  });
});
