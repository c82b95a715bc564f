import { describe, expect, it } from '@jest/globals';
import { parseKafkaUrl } from './kafka.url.js';

describe('the address of a Kafka bus', () => {
  it('names brokers and nothing else that is not said', () => {
    expect(parseKafkaUrl('kafka://one.example:9092,[::1]:9093')).toEqual({
      brokers: ['one.example:9092', '[::1]:9093'],
      ssl: false,
      sasl: undefined,
    });
  });

  it('carries encryption, credentials, prefix and times', () => {
    const url =
      'kafka://one.example:9092/?ssl=true&sasl=scram-sha-512&username=stage&password=p%26ss%20word&prefix=team-a.&clientId=detector&sessionTimeoutMs=12000&fetchWaitMs=900&replication=3';

    expect(parseKafkaUrl(url)).toEqual({
      brokers: ['one.example:9092'],
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'stage', password: 'p&ss word' },
      prefix: 'team-a.',
      clientId: 'detector',
      sessionTimeoutMs: 12_000,
      fetchWaitMs: 900,
      replication: 3,
    });
  });

  it.each([
    'http://one.example:9092',
    'kafka://',
    'kafka://one.example',
    'kafka://one.example:9092,',
    'kafka://stage:secret@one.example:9092',
    'kafka://one.example:9092?retries=3',
    'kafka://one.example:9092?ssl=yes',
    'kafka://one.example:9092?ssl=true&ssl=false',
    'kafka://one.example:9092?sasl=gssapi&username=a&password=secret',
    'kafka://one.example:9092?sasl=plain&username=a',
    'kafka://one.example:9092?username=a&password=secret',
    'kafka://one.example:9092?prefix=a%20b',
    'kafka://one.example:9092?sessionTimeoutMs=0',
    'kafka://one.example:9092?replication=3.5',
  ])('is refused, without its secret in the message: %s', (url) => {
    const failure = (() => {
      try {
        return parseKafkaUrl(url);
      } catch (error) {
        return error;
      }
    })();

    expect(failure).toMatchObject({ code: 'HEADROOM_BUS_URL_INVALID' });
    expect((failure as Error).message).not.toContain('secret');
  });
});
