import { applyDecorators, HttpCode, RequestMapping, RequestMethod, Sse } from '@nestjs/common';
import { ROUTES, type RouteName, type RouteSpec } from './route.table.js';

/** A path of the table as Express writes it. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Binds a method to a route of the table: method, path, and the usual status. */
export function Route(name: RouteName): MethodDecorator {
  const route: RouteSpec = ROUTES[name];
  const path = expressPath(route.path);
  const [status = 200] = Object.keys(route.answers).map(Number);
  if (route.answers[200]?.content?.['text/event-stream']) return Sse(path);
  return applyDecorators(RequestMapping({ method: RequestMethod[route.method], path }), HttpCode(status));
}
