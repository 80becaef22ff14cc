/** Where a request goes, as people are told it: its host or origin, and the setting that holds its URL. */
export interface Destination {
  at: string;
  setting: string;
}

/** Why a connection failed. Each is an outage: nothing here is the fault of what was asked. */
export interface Reason {
  /** `network`: all others, and whatever goes wrong once the connection stands. */
  kind: 'hostName' | 'certificate' | 'tls' | 'network';
  /** `nothing`: certainly not a byte of the request went out. Wrongly taken for that, it is made twice. */
  sent: 'nothing' | 'perhaps';
  /** What went wrong and what to do. */
  told: (to: Destination) => string;
}

const FAILED: Reason = {
  kind: 'network',
  sent: 'perhaps',
  told: ({ at }) => `the connection to ${at} failed`,
};

/** By code, the first that fits. X.509's: https://nodejs.org/api/tls.html#x509-certificate-error-codes. */
const REASONS: readonly (Reason & { codes: RegExp })[] = [
  {
    codes: /^NOT_SENT$/,
    kind: 'network',
    sent: 'nothing',
    told: () => 'this process stood still when it was to send, or the connection was closed meanwhile',
  },
  {
    codes: /^CONNECT_TIMEOUT$/,
    kind: 'network',
    sent: 'nothing',
    told: ({ at, setting }) => `no connection to ${at} in 10 s; check ${setting}, and whether it runs`,
  },
  {
    codes: /^(?:ERR_TLS_CERT_ALTNAME_(?:FORMAT|INVALID)|HOSTNAME_MISMATCH)$/,
    kind: 'hostName',
    sent: 'nothing',
    told: ({ at, setting }) => `the certificate of ${at} is for another host name; check ${setting}`,
  },
  {
    codes:
      /^(?:CERT_UNTRUSTED|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/,
    kind: 'certificate',
    sent: 'nothing',
    told: ({ at }) =>
      `this machine does not know who signed the certificate of ${at}; set NODE_EXTRA_CA_CERTS to the signer's, which is a proxy's where one intercepts TLS`,
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    kind: 'certificate',
    sent: 'nothing',
    told: ({ at }) => `the certificate of ${at} has expired; have it renewed, or check this machine's clock`,
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    kind: 'certificate',
    sent: 'nothing',
    told: ({ at }) => `the certificate of ${at} is not valid yet; check this machine's clock`,
  },
  {
    // UNSPECIFIED: all that Node has no name for, a key too short for one.
    codes:
      /^(?:CERT_(?:CHAIN_TOO_LONG|REJECTED|REVOKED|SIGNATURE_FAILURE)|CRL_(?:HAS_EXPIRED|NOT_YET_VALID|SIGNATURE_FAILURE)|ERROR_IN_(?:CERT_NOT_(?:AFTER|BEFORE)|CRL_(?:LAST|NEXT)_UPDATE)_FIELD|INVALID_(?:CA|PURPOSE)|OUT_OF_MEM|PATH_LENGTH_EXCEEDED|UNABLE_TO_(?:DECODE_ISSUER_PUBLIC_KEY|DECRYPT_(?:CERT|CRL)_SIGNATURE|GET_CRL)|UNSPECIFIED)$/,
    kind: 'certificate',
    sent: 'nothing',
    told: ({ at }) =>
      `the certificate of ${at} is not to be trusted; have it mended there, or in the proxy that intercepts TLS`,
  },
  {
    // Also of a connection that stood: TLS 1.3 refuses a client's certificate after its first bytes.
    codes: /^(?:EPROTO$|ERR_OSSL_|ERR_SSL_|ERR_TLS_)/,
    kind: 'tls',
    sent: 'perhaps',
    told: ({ at, setting }) => `no TLS connection to ${at}; check ${setting} and any proxy on the way`,
  },
  {
    // The system's resolver (EAI_), and c-ares.
    codes:
      /^(?:EAI_\w+|EADDRGETNETWORKPARAMS|EBAD(?:FAMILY|FLAGS|HINTS|NAME|QUERY|RESP|STR)|ECANCELLED|EDESTRUCTION|EFILE|EFORMERR|ELOADIPHLPAPI|ENODATA|ENONAME|ENOT(?:FOUND|IMP|INITIALIZED)|EREFUSED|ESERVFAIL|ETIMEOUT)$/,
    kind: 'network',
    sent: 'nothing',
    told: ({ at, setting }) =>
      `the name of ${at} could not be looked up; check ${setting} and this machine's DNS`,
  },
  {
    codes: /^ECONNREFUSED$/,
    kind: 'network',
    sent: 'nothing',
    told: ({ at, setting }) => `${at} takes no connections; check ${setting}, and whether it runs`,
  },
  {
    // Also of a connection that stood: what a router says in the middle of it.
    codes: /^(?:EADDRNOTAVAIL|EAFNOSUPPORT|EHOSTDOWN|EHOSTUNREACH|ENETDOWN|ENETUNREACH|ENONET)$/,
    kind: 'network',
    sent: 'perhaps',
    told: ({ at }) => `this machine finds no way to ${at}; check its network`,
  },
  {
    codes: /^(?:EACCES|EPERM)$/,
    kind: 'network',
    sent: 'perhaps',
    told: ({ at }) => `this machine may not connect to ${at}; check its firewall`,
  },
  {
    codes: /^(?:EMFILE|ENFILE|ENOBUFS|ENOMEM)$/,
    kind: 'network',
    sent: 'perhaps',
    told: ({ at }) => `this machine has no file or memory left for a connection to ${at}; raise its limits`,
  },
];

/** What Node's code of a failed connection means; `stood`: it failed only after it stood, whatever the code. */
export function reasonOf(code: string, stood: boolean): Reason {
  return (stood ? undefined : REASONS.find(({ codes }) => codes.test(code))) ?? FAILED;
}
