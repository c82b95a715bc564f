import type { App } from './app.ts';
import { rootLogger } from './logging.ts';

const log = rootLogger.child('requests');

/** Leaves one record for every request, whatever its outcome. */
export function logRequests(app: App): App {
  return (request) => {
    const response = app(request);
    const [path] = request.url.split('?', 1);
    log.info('request handled', { method: request.method, path, status: response.status });
    return response;
  };
}
