#!/usr/bin/env node
'use strict';

const CLEAN_PATTERN = 'taken';

export const clean = (text) => text.replace(new RegExp('\\s+$'), '').replace(new RegExp('^\u0041+'), CLEAN_PATTERN);

export function run() {
  return ['AAb  ', ' c '].map((text) => clean(text));
}
