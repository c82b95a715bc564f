import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const hostSchema = z.object({
  url: z.url(),
  /** Bearer token of the gateway; the file is readable by its owner only. */
  token: z.string().min(16),
  pid: z.int(),
  /** Configuration that the host runs with. */
  config: z.string(),
  /** The tool-server, which takes another token: whoever may look need not be one who may publish. */
  tools: z.object({ url: z.url(), token: z.string().min(16) }).optional(),
});
/** How a second terminal finds the host that owns a data directory. */
export type HostFile = z.infer<typeof hostSchema>;

function pathOf(dataDir: string): string {
  return join(dataDir, 'host.json');
}

/** Announces a running host. */
export async function writeHostFile(dataDir: string, host: HostFile): Promise<void> {
  const path = pathOf(dataDir);
  await writeFile(`${path}.new`, `${JSON.stringify(host, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Takes the announcement back. */
export async function removeHostFile(dataDir: string): Promise<void> {
  await rm(pathOf(dataDir), { force: true });
}

/** What was announced last; the host may be gone by now. Undefined when there is nothing, or nothing readable. */
export async function readHostFile(dataDir: string): Promise<HostFile | undefined> {
  let text: string;
  try {
    text = await readFile(pathOf(dataDir), 'utf8');
  } catch {
    return undefined;
  }
  const parsed = hostSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}
