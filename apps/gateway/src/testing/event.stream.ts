import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';
import { eventually } from './gateway.world.js';

/** Reads server-sent events as they come. */
export class EventStream {
  readonly comments: string[] = [];
  lastId = '';
  readonly #messages: EventSourceMessage[] = [];
  readonly #reader: ReadableStreamDefaultReader<EventSourceMessage>;
  #ended = false;

  constructor(response: Response) {
    if (!response.body) throw new Error('the response has no body');
    const parser = new EventSourceParserStream({
      onComment: (text) => void this.comments.push(text.trim()),
      onId: (id) => void (this.lastId = id),
    });
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(parser).getReader();
    void this.#pump();
  }

  async #pump(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      this.#messages.push(value);
    }
    this.#ended = true;
  }

  /** The data of the next message; undefined when the stream has ended. */
  async next<Data>(): Promise<Data | undefined> {
    await eventually('a message', () => (this.#messages.length > 0 || this.#ended ? true : undefined));
    const message = this.#messages.shift();
    return message && (JSON.parse(message.data) as Data);
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}
