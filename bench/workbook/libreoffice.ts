import { execFile, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** LibreOffice takes four seconds for a handful of small workbooks; a loaded machine may take many times that. */
const TIMEOUT_MS = 120_000;

/** Whether it calculates every formula when it loads a workbook, whatever result is stored; as it comes it never does. */
export type Calculates = 'always' | 'never';

const MODES: Readonly<Record<Calculates, number>> = { always: 0, never: 1 };

const settings = (calculates: Calculates): string => `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>${MODES[calculates]}</value></prop></item>
</oor:items>`;

/** What keeps LibreOffice from being run here; null when it can. */
export function libreOfficeMissing(): string | null {
  const { error } = spawnSync('soffice', ['--version'], { stdio: 'ignore' });
  return error === undefined ? null : 'soffice is not there: apt-get install libreoffice-calc';
}

/** Opens and saves workbooks, all in one run with a profile of its own in `folder`; as .xlsx in the folder `out`. */
export async function resave(
  folder: string,
  workbooks: readonly string[],
  out: string,
  calculates: Calculates = 'always',
): Promise<void> {
  const profile = join(folder, `profile-${calculates}`);
  await mkdir(join(profile, 'user'), { recursive: true });
  await writeFile(join(profile, 'user', 'registrymodifications.xcu'), settings(calculates));
  const args = ['--headless', `-env:UserInstallation=${pathToFileURL(profile).href}`, '--convert-to', 'xlsx'];
  await promisify(execFile)('soffice', [...args, '--outdir', out, ...workbooks], { timeout: TIMEOUT_MS });
}
