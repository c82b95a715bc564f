/** The load: visitors who search, open a product, fill a cart and ask for its quote. */
import { Agent, request } from 'node:http';

export const REQUESTS_PER_VISIT = 4;
const CONCURRENCY = 8;
const QUERIES = ['enamel mugs', 'lamp for the desk', 'wool blanket', 'KT-104', 'garden gloves', 'paper', 'soap dish'];
const COUNTRIES = ['NL', 'BE', 'DE', 'NL', 'FR'];

/** mulberry32: a small generator of numbers in [0, 1), the same ones for the same seed. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class Load {
  #agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  #random;
  #url;
  #skus = [];

  constructor(url, seed) {
    this.#url = url;
    this.#random = randomNumbers(seed);
  }

  /** Learns which products there are. */
  async prepare() {
    const { products } = await this.#call(200, 'GET', '/products');
    this.#skus = products.map(({ sku }) => sku);
  }

  /** Sends so many requests, eight visitors at a time. */
  async run(requests) {
    let visits = requests / REQUESTS_PER_VISIT;
    const visitor = async () => {
      while (visits > 0) {
        visits -= 1;
        await this.#visit();
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, visitor));
  }

  close() {
    this.#agent.destroy();
  }

  #pick(items) {
    return items[Math.floor(this.#random() * items.length)];
  }

  async #visit() {
    const quantity = () => 1 + Math.floor(this.#random() * 3);
    const first = Math.floor(this.#random() * this.#skus.length);
    const lines = Array.from({ length: 4 + Math.floor(this.#random() * 4) }, (_, line) => ({
      sku: this.#skus[(first + line * 7) % this.#skus.length],
      quantity: quantity(),
    }));
    const query = encodeURIComponent(this.#pick(QUERIES));
    const country = this.#pick(COUNTRIES);
    await this.#call(200, 'GET', `/search?q=${query}`);
    await this.#call(200, 'GET', `/products/${this.#pick(this.#skus)}`);
    const { id } = await this.#call(201, 'POST', '/carts', JSON.stringify({ lines }));
    await this.#call(200, 'GET', `/carts/${id}/quote?country=${country}`);
  }

  #call(expected, method, path, body) {
    return new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {};
      const outgoing = request(`${this.#url}${path}`, { method, agent: this.#agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === expected) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: status ${response.statusCode}: ${text}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
