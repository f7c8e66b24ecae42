/** The API's description, made from the schemas that the routes validate with. */

import * as z from 'zod/mini';
import {CALLS, type CallName, errorAnswerSchema, POKES_PATH, pokeSchema} from '../../protocol/messages.ts';
import {REQUESTS} from '../../protocol/requests.ts';

export function openApiDocument(version: string, apiPath: string): Record<string, unknown> {
  const calls = (Object.keys(CALLS) as CallName[]).map((name) => [
    `/${CALLS[name].path}`,
    {[CALLS[name].method.toLowerCase()]: operation(name)},
  ]);
  return {
    openapi: '3.1.0',
    info: {title: 'Aster', version, license: {name: 'MIT', identifier: 'MIT'}},
    servers: [{url: apiPath.replace(/\/$/, '')}],
    components: {
      securitySchemes: {device: {type: 'http', scheme: 'bearer'}},
      schemas: {Error: jsonSchema(errorAnswerSchema)},
    },
    paths: {...Object.fromEntries(calls), [`/${POKES_PATH}`]: {get: pokesOperation()}},
  };
}

function operation(name: CallName): Record<string, unknown> {
  const {access, answer} = CALLS[name];
  const request = REQUESTS[name];
  return {
    operationId: name,
    security: access === 'device' ? [{device: []}] : [],
    ...(request === null ? {} : {requestBody: {required: true, content: json(jsonSchema(request))}}),
    responses: {
      200: {description: 'The answer.', content: json(jsonSchema(answer))},
      default: {description: 'An error.', content: json({$ref: '#/components/schemas/Error'})},
    },
  };
}

function pokesOperation(): Record<string, unknown> {
  return {
    operationId: 'pokes',
    description: 'An event stream. The data of each event is the standing of the account after a commit.',
    security: [{device: []}],
    responses: {200: {description: 'Events.', content: {'text/event-stream': {schema: jsonSchema(pokeSchema)}}}},
  };
}

function json(schema: unknown): Record<string, unknown> {
  return {'application/json': {schema}};
}

function jsonSchema(schema: z.ZodMiniType): Record<string, unknown> {
  const {$schema: _, ...rest} = z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'});
  return rest;
}
