import type { BlobRef, HeadroomEvent } from '@headroom/contracts';

/** An event of a recorded drive; that of a profile comes with its stacks. */
export interface RecordedEvent {
  event: HeadroomEvent;
  blob?: { bytes: Buffer; mediaType: string };
}

type Line = HeadroomEvent | { blob: BlobRef & { base64: string } };

/** Reads what `drive.mjs --record` wrote: events in their order, the stacks of a profile on the line after it. */
export function parseRecordedEvents(text: string): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (const each of text.split('\n').filter(Boolean)) {
    const line = JSON.parse(each) as Line;
    if (!('blob' in line)) {
      events.push({ event: line });
      continue;
    }
    const profile = events.at(-1);
    if (!profile) throw new RangeError('the recording begins with a blob');
    profile.blob = { bytes: Buffer.from(line.blob.base64, 'base64'), mediaType: line.blob.mediaType };
  }
  return events;
}
