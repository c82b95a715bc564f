/** Loaded into the service by --import: takes a CPU profile between two messages of the load driver. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const SAMPLING_INTERVAL_MICROSECONDS = 500;

const session = new Session();

function post(method, parameters) {
  let result;
  session.post(method, parameters, (error, value) => {
    if (error) throw new Error(`${method}: ${error.message}`);
    result = value;
  });
  return result;
}

process.on('message', ({ command, file }) => {
  if (command === 'start') {
    session.connect();
    post('Profiler.enable');
    post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_MICROSECONDS });
    post('Profiler.start');
  } else {
    const { profile } = post('Profiler.stop');
    session.disconnect();
    writeFileSync(file, JSON.stringify(profile));
  }
  process.send({ done: command });
});

// Without its driver nobody would stop the service.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

// The channel alone must not keep a service alive that has drained.
process.channel.unref();
