const IS_API_PATTERN = new RegExp('^/api(?:/|$)');
const IS_PUBLIC_PATTERN = new RegExp('^/public\\b', 'i');

export class Router {
  find(paths: readonly string[]): string[] {
    return paths.filter((path) => {
      const isApi = () => path.search(IS_API_PATTERN) === 0;
      return isApi() || this.isPublic(path);
    });
  }

  isPublic(path: string): boolean {
    return path.replace(IS_API_PATTERN, '') === path && path.match(IS_PUBLIC_PATTERN) !== null;
  }
}

export function run(): unknown {
  return new Router().find(['/api', '/api/x', '/public', '/publics', '/apis']);
}
