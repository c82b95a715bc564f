import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Lets a handler's error reach the runtime as it was thrown. Without it Nest hands on `{ status: 'error', message:
 * 'Internal server error' }`, and nothing can tell a permanent failure from a transient one.
 */
@Catch()
export class RestoreErrorFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
