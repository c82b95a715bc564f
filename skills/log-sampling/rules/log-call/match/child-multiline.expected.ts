import { Logger, type Logger as Log } from '../logger.ts';

// Counts one debug record of Shop.quote: 1 in 100 is written, the first included.
let quoteLogCount = 0;

export class Shop {
  private readonly logger: Log = new Logger({ component: 'shop' });

  quote(cart: { id: number; lines: { sku: string; cents: number }[] }): number {
    const cents = cart.lines.reduce((sum, line) => sum + line.cents, 0);
    if ((quoteLogCount = (quoteLogCount + 1) % 100) === 1) {
      this.logger.child({ cart: cart.id }).debug(
        {
          lines: cart.lines.map(
            (line) => `${line.sku}:
      ${line.cents.toFixed(2)}`,
          ),
          text: JSON.stringify(cart),
        },
        'hot quote made',
      );
    }
    return cents;
  }
}

const shop = new Shop();

export function run(round: number): unknown {
  return shop.quote({ id: round, lines: [{ sku: 'a', cents: round }] });
}
