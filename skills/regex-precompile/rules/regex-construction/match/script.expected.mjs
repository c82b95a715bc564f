#!/usr/bin/env node
'use strict';

const CLEAN_PATTERN_2 = new RegExp('\\s+$');
const CLEAN_PATTERN_3 = new RegExp('^\u0041+');

const CLEAN_PATTERN = 'taken';

export const clean = (text) => text.replace(CLEAN_PATTERN_2, '').replace(CLEAN_PATTERN_3, CLEAN_PATTERN);

export function run() {
  return ['AAb  ', ' c '].map((text) => clean(text));
}
