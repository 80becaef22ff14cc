import type { Settings } from '../../settings/settings.ts';

/** Who asks: the name is the "who" of what they do. */
export interface Visitor {
  name: string;
  /** Viewers only look. */
  role: 'operator' | 'viewer';
}

export interface NamedToken extends Visitor {
  token: string;
}

/** Who may sign in, and how. */
export interface SignInRules {
  tokens: readonly NamedToken[];
  /** Addresses and networks whose `userHeader` names who is signed in; empty: none is believed. */
  trustedProxies: readonly string[];
  userHeader: string;
  /** Of those that a proxy names. */
  viewerUsers: readonly string[];
}

/** Who may see the page and use the API. */
export function signInRules(settings: Settings): SignInRules {
  const { operatorTokens, viewerTokens, trustedProxies, authUserHeader, viewerUsers } = settings;
  return {
    tokens: [
      ...(operatorTokens ?? []).map((each) => ({ ...each, role: 'operator' as const })),
      ...(viewerTokens ?? []).map((each) => ({ ...each, role: 'viewer' as const })),
    ],
    trustedProxies: trustedProxies ?? [],
    userHeader: authUserHeader,
    viewerUsers: viewerUsers ?? [],
  };
}
