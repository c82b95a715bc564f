import pino from 'pino';

const log = pino();

export function each(xs: string[]) {
  for (const x of xs) {
    log.debug(
      `one ${x.trim()}`, // each of them
    );
  }
}
