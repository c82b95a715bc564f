interface Message {
  readonly key: string;
}

export class Batch {
  bytes(messages: readonly Message[]): number {
    let sum = 0;
    messages.forEach((message) => {
      sum += Buffer.from(message.key).byteLength + Buffer.from(`${message.key}\n`, 'utf-8').length;
    });
    return sum;
  }
}

export function run(): unknown {
  return new Batch().bytes([{ key: 'a' }, { key: 'ß' }]);
}
