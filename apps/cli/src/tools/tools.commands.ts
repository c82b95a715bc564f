import { HeadroomError } from '@headroom/contracts';
import type { Command } from 'commander';
import { environment } from '../environment.js';

interface Globals {
  data: string;
  config?: string;
  json?: boolean;
  url?: string;
  token?: string;
}

/** What the verbs for tools need of the program. */
export interface ToolsProgram {
  program: Command;
  globals: () => Globals;
  /** Takes the exit code of a verb. */
  end: (code: number) => void;
}

/** Adds `tools list`, `tools call` and `tools serve`, and `why`, which asks one of them. */
export function registerTools({ program, globals, end }: ToolsProgram): void {
  const place = () => {
    const { data, config, url, token } = globals();
    return { data, config: config ?? environment.config, url, token };
  };
  const tools = program
    .command('tools')
    .description('what an investigation can look at; --url names a tool-server elsewhere');
  tools
    .command('list')
    .description('list the tools; with --json with their schemas')
    .action(async () => {
      const { toolsListCommand } = await import('./tools.command.js');
      end(await toolsListCommand(place(), globals()));
    });
  tools
    .command('call')
    .description('call one tool and print its result')
    .argument('<name>')
    .argument('[arguments...]', 'name=value; what is no text is written as JSON')
    .option('--args <json>', 'arguments as a JSON object')
    .action(async (name: string, pairs: string[], { args }: { args?: string }) => {
      const { toolsCallCommand } = await import('./tools.command.js');
      end(await toolsCallCommand(place(), name, pairs, { args, json: globals().json }));
    });
  tools
    .command('serve')
    .description('serve the tools to an editor or assistant by the Model Context Protocol')
    .option('--stdio', 'on standard input and output')
    .option('--log-level <level>', 'debug, info, warn or error; the log goes to standard error', 'warn')
    .action(async (options: { stdio?: boolean; logLevel: string }) => {
      if (!options.stdio) {
        const message =
          'Say --stdio. Over HTTP the tools are served by "headroom up", or by "headroom run tool-server" in a deployment.';
        throw new HeadroomError(message, { code: 'HEADROOM_USAGE' });
      }
      const { toolsServeCommand } = await import('./tools.command.js');
      end(await toolsServeCommand(place(), options));
    });
  program
    .command('why')
    .description('why the detector reported a rise of a function, or did not; --url names a tool-server elsewhere')
    .argument('<service>')
    .argument('<function>', 'path:name')
    .option('--at <time>', 'as of this time, ISO 8601 (default: now)')
    .action(async (service: string, id: string, { at }: { at?: string }) => {
      const { whyCommand } = await import('./why.command.js');
      end(await whyCommand(place(), service, id, { at, json: globals().json }));
    });
}
