import type { DeadLetterSummary } from '@headroom/gateway';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

function line(letter: DeadLetterSummary): string {
  return `${letter.id}  ${letter.reason}  ${letter.code}  ${letter.lastFailedAt ?? ''}  ${letter.message}`;
}

/** Lists what could not be handled, with its reason. */
export async function dlqListCommand(client: HeadroomClient, options: { json?: boolean }): Promise<number> {
  const letters = await client.deadLetters();
  if (options.json) printJson({ deadLetters: letters });
  else if (letters.length === 0) print('No dead letters.');
  else for (const letter of letters) print(line(letter));
  return EXIT.ok;
}

/** Shows one dead letter whole: reasons, headers, original bytes. */
export async function dlqShowCommand(client: HeadroomClient, id: string, options: { json?: boolean }): Promise<number> {
  const letter = await client.deadLetter(id);
  if (options.json) {
    printJson(letter);
    return EXIT.ok;
  }
  print(line(letter));
  for (const [name, value] of letter.headers ?? []) print(`  ${name}: ${value ?? '(null)'}`);
  print(`  key: ${letter.key ?? '(null)'}`);
  print(`  value (${letter.valueBytes} bytes):`);
  print(letter.value ?? '(null)');
  return EXIT.ok;
}
