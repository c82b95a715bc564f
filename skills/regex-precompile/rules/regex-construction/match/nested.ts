export class Router {
  find(paths: readonly string[]): string[] {
    return paths.filter((path) => {
      const isApi = () => path.search(new RegExp('^/api(?:/|$)')) === 0;
      return isApi() || this.isPublic(path);
    });
  }

  isPublic(path: string): boolean {
    return path.replace(new RegExp('^/api(?:/|$)'), '') === path && path.match(new RegExp('^/public\\b', 'i')) !== null;
  }
}

export function run(): unknown {
  return new Router().find(['/api', '/api/x', '/public', '/publics', '/apis']);
}
