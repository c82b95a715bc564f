import { Logger } from '../logger.ts';

const auditLog = new Logger();

export function setPrice(sku: string, cents: number): number {
  auditLog.info('price changed', { sku, cents });
  return cents;
}
