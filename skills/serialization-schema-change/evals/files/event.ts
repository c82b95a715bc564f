export interface Event {
  readonly id: string;
  readonly payload: object;
}

export function encodeEvent(event: Event): string {
  const body = JSON.stringify(event.payload);
  return JSON.stringify({ id: event.id, body, size: JSON.stringify(event.payload).length });
}
