import type { SignInRules } from '../../../src/http/sign-in/rules.ts';

/** Nobody is named: this machine alone, as it is after installation. */
export const OPEN: SignInRules = {
  tokens: [],
  trustedProxies: [],
  userHeader: 'X-Forwarded-User',
  viewerUsers: [],
};
