import { Controller, Inject, Param, Req } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { CaseCommands, caseCommandRequestSchema, type CaseCommandAnswer } from './case.commands.js';
import { checkedJsonBody } from '../http/request.body.js';
import { Route } from '../http/route.decorator.js';

/** What people command about cases. */
@Controller()
export class CommandController {
  readonly #commands: CaseCommands;

  constructor(@Inject(CaseCommands) commands: CaseCommands) {
    this.#commands = commands;
  }

  @Route('commandCase')
  command(@Param('id') id: string, @Req() request: IncomingMessage): Promise<CaseCommandAnswer> {
    return this.#commands.give(id, checkedJsonBody(request, caseCommandRequestSchema));
  }
}
