import type { HeadroomClient } from './client.js';
import { DirectClient } from './client.direct.js';
import { HttpClient } from './client.http.js';
import { readHostFile } from './host-file.js';

/** The host of a data directory when one is alive, else the directory itself. */
export async function connect(dataDir: string): Promise<HeadroomClient> {
  const host = await readHostFile(dataDir);
  if (host && (await HttpClient.isAlive(host))) return new HttpClient(host);
  return DirectClient.open(dataDir);
}
