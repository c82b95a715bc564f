import type { DeadLetter } from '@headroom/runtime';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

function summary(letter: DeadLetter): string {
  const what = letter.eventType ?? letter.topic;
  return `${letter.id}  ${letter.reason}  ${letter.errorCode}\n  ${what}: ${letter.errorMessage}`;
}

/** Lists what could not be handled, with its reason. */
export async function dlqListCommand(client: HeadroomClient, options: { json?: boolean }): Promise<number> {
  const letters = await client.deadLetters();
  if (options.json) printJson({ deadLetters: letters });
  else if (letters.length === 0) print('No dead letters.');
  else for (const letter of letters) print(summary(letter));
  return EXIT.ok;
}

/** Shows one dead letter whole: reasons, headers, original bytes. */
export async function dlqShowCommand(client: HeadroomClient, id: string, options: { json?: boolean }): Promise<number> {
  const letter = await client.deadLetter(id);
  if (options.json) {
    printJson(letter);
    return EXIT.ok;
  }
  print(summary(letter));
  print(`  from ${letter.topic}/${letter.partition}/${letter.offset}, group ${letter.group}`);
  print(`  ${letter.attempts} attempts, ${letter.firstFailedAt} to ${letter.lastFailedAt}`);
  for (const { name, value } of letter.headers) print(`  header ${name}: ${value ?? '(null)'}`);
  print(`  key: ${letter.key ?? '(null)'}`);
  if (letter.base64 === null) print('  value: (tombstone)');
  else print(letter.text ?? `  value, base64: ${letter.base64}`);
  return EXIT.ok;
}

/** Gives one dead letter back to the group that could not handle it. */
export async function dlqReplayCommand(
  client: HeadroomClient,
  id: string,
  options: { json?: boolean },
): Promise<number> {
  await client.replay(id);
  if (options.json) printJson({ replayed: id });
  else print(`Given back: ${id}. If it fails again, it is a new dead letter.`);
  return EXIT.ok;
}
