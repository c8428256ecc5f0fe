// Words belong to packs. No page may hold one, or it could not be translated.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const source = join(__dirname, '../src');
const kSpoken = ['aria-label', 'title', 'alt', 'placeholder', 'label', 'word', 'text', 'aria-description'];

function pages(at: string): string[] {
  return readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    return statSync(path).isDirectory() ? pages(path) : path.endsWith('.tsx') ? [path] : [];
  });
}

const letters = /\p{L}/u;

it.each(pages(source).map((path) => [relative(source, path), path]))('%s holds no words', (_name, path) => {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isJsxText(node) && letters.test(node.text)) found.push(node.text.trim());
    if (ts.isJsxAttribute(node) && node.initializer && ts.isStringLiteral(node.initializer)
      && kSpoken.includes(node.name.getText()) && letters.test(node.initializer.text)) found.push(node.getText());
    // {'words'} and {`words ${x}`} between tags.
    if (ts.isJsxExpression(node) && node.expression && (ts.isJsxElement(node.parent) || ts.isJsxFragment(node.parent))) {
      const one = node.expression;
      if (ts.isStringLiteral(one) && letters.test(one.text)) found.push(one.text);
      if (ts.isTemplateExpression(one) && letters.test(one.head.text + one.templateSpans.map((span) => span.literal.text).join(''))) found.push(one.getText());
    }
    ts.forEachChild(node, look);
  };
  look(file);
  expect(found).toEqual([]);
});

it('no page stores anything or runs foreign code', () => {
  const all = pages(source).concat(readdirSync(join(source, 'shared')).filter((name) => name.endsWith('.ts')).map((name) => join(source, 'shared', name)));
  for (const path of all) {
    expect(readFileSync(path, 'utf8'), path).not.toMatch(/localStorage|sessionStorage|indexedDB|document\.cookie|dangerouslySetInnerHTML|innerHTML|\beval\(|new Function|https?:\/\/(?!www\.w3\.org)/);
  }
});

it('the pages have no inline script or style', () => {
  for (const name of ['index.html', 'desk.html']) {
    const html = readFileSync(join(__dirname, '..', name), 'utf8');
    expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\bsrc=)/);
  }
});
