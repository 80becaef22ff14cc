import { execFile, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** LibreOffice takes four seconds for a handful of small workbooks; a loaded machine may take many times that. */
const TIMEOUT_MS = 120_000;

/** Calculates every formula when it loads a workbook (0: always), whatever result is stored. */
const SETTINGS = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>`;

/** What keeps LibreOffice from being run here; null when it can. */
export function libreOfficeMissing(): string | null {
  const { error } = spawnSync('soffice', ['--version'], { stdio: 'ignore' });
  return error === undefined ? null : 'soffice is not there: apt-get install libreoffice-calc';
}

/** Opens, recalculates and saves workbooks, all in one run with a profile of its own; as .xlsx in the folder `out`. */
export async function resave(folder: string, workbooks: readonly string[], out: string): Promise<void> {
  const profile = join(folder, 'profile');
  await mkdir(join(profile, 'user'), { recursive: true });
  await writeFile(join(profile, 'user', 'registrymodifications.xcu'), SETTINGS);
  const args = ['--headless', `-env:UserInstallation=${pathToFileURL(profile).href}`, '--convert-to', 'xlsx'];
  await promisify(execFile)('soffice', [...args, '--outdir', out, ...workbooks], { timeout: TIMEOUT_MS });
}
