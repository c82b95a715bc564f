import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { HeadroomError, messageOf, type EventIssue } from '@headroom/contracts';

/** A line of the input: an event that may be valid, or the reason why it cannot be one. */
export type EventLine = { line: number; value: unknown } | { line: number; refused: EventIssue };

/**
 * Reads JSON lines from a file, or from standard input for `-`. Empty lines are skipped.
 * @throws HeadroomError `HEADROOM_INPUT_UNREADABLE`
 */
export async function readEventLines(source: string): Promise<EventLine[]> {
  let input: string;
  try {
    input = source === '-' ? await text(process.stdin) : await readFile(source, 'utf8');
  } catch (error) {
    throw new HeadroomError(`${source} cannot be read: ${messageOf(error)}`, {
      code: 'HEADROOM_INPUT_UNREADABLE',
      cause: error,
    });
  }
  return input
    .split('\n')
    .map((content, index) => ({ content: content.trim(), line: index + 1 }))
    .filter(({ content }) => content !== '')
    .map(({ content, line }) => parseLine(content, line));
}

function parseLine(content: string, line: number): EventLine {
  try {
    return { line, value: JSON.parse(content) as unknown };
  } catch (error) {
    return { line, refused: { path: '$', reason: `is not JSON (${messageOf(error)})` } };
  }
}
