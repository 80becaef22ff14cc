import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/**
 * What Yamato's server is asked with when it refuses Node's own list: forward secrecy first, should it learn that,
 * then key exchange by RSA. No 3DES, no RC4.
 */
const OLDER_CIPHERS = [
  'ECDHE+AESGCM',
  'ECDHE+AES',
  'AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-SHA256',
  'AES128-SHA256',
  'AES256-SHA',
  'AES128-SHA',
  '!aNULL',
  '!eNULL',
].join(':');

/** Kept connections to Yamato's server: by Node's defaults, and widened to older ciphers. */
export interface YamatoAgents {
  http: HttpAgent;
  https: HttpsAgent;
  widened: HttpsAgent;
}

/** `ca`: trusted instead of the authorities that Node knows, in PEM. */
export function yamatoAgents(ca?: string): YamatoAgents {
  // Said aloud: NODE_TLS_REJECT_UNAUTHORIZED=0 must not reach this server.
  const verified = { keepAlive: true, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  return {
    http: new HttpAgent({ keepAlive: true }),
    https: new HttpsAgent(verified),
    widened: new HttpsAgent({
      ...verified,
      ciphers: OLDER_CIPHERS,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
    }),
  };
}
