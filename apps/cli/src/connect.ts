import { HeadroomError } from '@headroom/contracts';
import type { HeadroomClient } from './client.js';
import { DirectClient } from './client.direct.js';
import { HttpClient } from './client.http.js';
import { readHostFile } from './host-file.js';

/** Where a verb finds Headroom. */
export interface ConnectOptions {
  /** Data directory, where no address is given. */
  data: string;
  /** Address of a gateway elsewhere. */
  url?: string | undefined;
  /** Token of that gateway. */
  token?: string | undefined;
}

function checkedUrl(url: string): string {
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url;
  throw new HeadroomError(
    `"${url}" is no address of a gateway; write it like https://headroom.example or http://127.0.0.1:8080.`,
    {
      code: 'HEADROOM_USAGE',
    },
  );
}

/**
 * The gateway at an address; without one, the host of a data directory when it is alive, else the directory itself.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_DATA_DIRECTORY_IN_USE`
 */
export async function connect({ data, url, token }: ConnectOptions): Promise<HeadroomClient> {
  if (url !== undefined) return new HttpClient({ url: checkedUrl(url), token });
  const host = await readHostFile(data);
  if (host && (await HttpClient.isAlive(host))) return new HttpClient(host);
  return DirectClient.open(data);
}
