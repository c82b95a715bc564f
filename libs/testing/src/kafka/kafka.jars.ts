import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HeadroomError, messageOf } from '@headroom/contracts';

/** The folder of this package; the same distance from `src/kafka` and from `dist/kafka`. */
const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(packageRoot, '..', '..', '.tools', 'kafka');
const DOWNLOAD_MS = 300_000;

/** Small heaps and the quick compiler: a broker of a test lives for seconds. */
const JVM = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xshare:auto',
  `-Dlog4j2.configurationFile=${join(packageRoot, 'kafka', 'log4j2.properties')}`,
];

/**
 * The folder with the jars of Apache Kafka. `HEADROOM_KAFKA_JARS` names one that is there; otherwise Maven fetches them
 * once into the git-ignored `.tools/kafka`, and their sums are checked every time.
 * @throws HeadroomError `HEADROOM_TEST_KAFKA_JARS` when there are none and they cannot be fetched, or when they differ
 */
export async function kafkaJars(): Promise<string> {
  const given = process.env['HEADROOM_KAFKA_JARS'];
  if (given) {
    const jars = await readdir(given).catch(() => []);
    if (jars.some((each) => each.startsWith('kafka_2.13-'))) return given;
    throw jarsError(`HEADROOM_KAFKA_JARS names ${given}, which holds no kafka_2.13-*.jar`);
  }
  if ((await wrongJar(cache)) === undefined) return cache;
  await fetchJars();
  const wrong = await wrongJar(cache);
  if (wrong !== undefined) throw jarsError(`${wrong} in ${cache} is not the pinned one; remove that folder`);
  return cache;
}

/** Name of the first pinned jar that is missing or differs; undefined when all are right. */
async function wrongJar(dir: string): Promise<string | undefined> {
  const sums = (await readFile(join(packageRoot, 'kafka', 'jars.sha256'), 'utf8')).trim().split('\n');
  for (const line of sums) {
    const [sum, name] = line.split(/\s+/) as [string, string];
    const bytes = await readFile(join(dir, name)).catch(() => Buffer.alloc(0));
    if (createHash('sha256').update(bytes).digest('hex') !== sum) return name;
  }
  return undefined;
}

async function fetchJars(): Promise<void> {
  const fetched = `${cache}.${process.pid}`;
  await mkdir(dirname(cache), { recursive: true });
  const words = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${fetched}`];
  try {
    const pom = join(packageRoot, 'kafka', 'pom.xml');
    await promisify(execFile)('mvn', ['-q', '-B', '-f', pom, ...words], { timeout: DOWNLOAD_MS });
    await rm(cache, { recursive: true, force: true });
    // Another process may have been faster; the sums are checked by the caller.
    await rename(fetched, cache).catch(() => undefined);
  } catch (error) {
    const message = `the jars of Apache Kafka could not be fetched (${messageOf(error)}); install Maven and Java 17, or name a folder in HEADROOM_KAFKA_JARS`;
    throw jarsError(message, error);
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}

function jarsError(message: string, cause?: unknown): HeadroomError {
  return new HeadroomError(`For tests against Kafka: ${message}`, { code: 'HEADROOM_TEST_KAFKA_JARS', cause });
}

/** Arguments of `java` that run a class, or a Java source file, of the Kafka jars; without a shell, which would expand the class path. */
export function javaArguments(jars: string, mainClass: string, args: readonly string[], heap = '128m'): string[] {
  return [...JVM, `-Xmx${heap}`, '-cp', join(jars, '*'), mainClass, ...args];
}

/**
 * Runs a class of the Kafka jars, or a Java source file with them, to its end and gives what it printed, for example a console client or a tool.
 * @throws HeadroomError `HEADROOM_TEST_JAVA_FAILED` with what it printed
 */
export async function runJava(
  mainClass: string,
  args: readonly string[],
  options: {
    /** Standard input. @default empty */ input?: string;
    /** It is killed then. @default 60_000 */ timeoutMs?: number;
  } = {},
): Promise<string> {
  const words = javaArguments(await kafkaJars(), mainClass, args);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('java', words, { timeout: options.timeoutMs ?? 60_000, killSignal: 'SIGKILL' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  // A tool that ends early closes its input; its exit says more than the broken pipe.
  child.stdin.on('error', () => child.stdin.destroy());
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (code === 0) return resolve(stdout);
    const message = `${mainClass} ended with ${signal ?? code}: ${stderr.trim()} ${stdout.trim()}`;
    reject(new HeadroomError(message, { code: 'HEADROOM_TEST_JAVA_FAILED' }));
  });
  child.stdin.end(options.input ?? '');
  return promise;
}
