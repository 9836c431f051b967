import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { html } from '../../../src/web/html.ts';

describe('html', () => {
  it('escapes every text that is put in', () => {
    assert.equal(
      html`<a title="${`"><script>'&`}">x</a>`.markup,
      '<a title="&quot;&gt;&lt;script&gt;&#39;&amp;">x</a>',
    );
  });

  it('takes markup, lists of markup and numbers as they are', () => {
    assert.equal(
      html`<p>${html`<b>${1}</b>`}${['a', 'b'].map((text) => html`<i>${text}</i>`)}</p>`.markup,
      '<p><b>1</b><i>a</i><i>b</i></p>',
    );
  });

  it('lets no text open an element or leave an attribute, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(html`${text}`.markup, /[<>"']/);
      }),
    );
  });
});
