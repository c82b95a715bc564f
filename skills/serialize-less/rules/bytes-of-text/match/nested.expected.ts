interface Message {
  readonly key: string;
}

export class Batch {
  bytes(messages: readonly Message[]): number {
    let sum = 0;
    messages.forEach((message) => {
      sum += Buffer.byteLength(message.key) + Buffer.byteLength(`${message.key}\n`);
    });
    return sum;
  }
}

export function run(): unknown {
  return new Batch().bytes([{ key: 'a' }, { key: 'ß' }]);
}
