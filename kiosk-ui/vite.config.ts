import { defineConfig } from 'vitest/config';

// Two pages, two folders: the kiosk's server is given only dist/resident and so holds no desk code at all.
export default defineConfig(({ mode }) => {
  const desk = mode === 'desk';
  return {
    base: './',
    publicDir: false,
    plugins: [
      {
        // A server finds the page of a folder under its usual name.
        name: 'page-is-index',
        enforce: 'post' as const,
        generateBundle(_options: unknown, bundle: Record<string, { fileName: string }>) {
          const page = bundle['desk.html'];
          if (page) page.fileName = 'index.html';
        },
      },
    ],
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
    build: {
      outDir: desk ? 'dist/desk' : 'dist/resident',
      emptyOutDir: true,
      // Phones on the hall's Wi-Fi are older than the kiosk's own browser.
      target: ['es2019', 'chrome80', 'firefox78', 'safari13.1'],
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rollupOptions: {
        input: desk ? 'desk.html' : 'index.html',
        output: {
          entryFileNames: 'page-[hash].js',
          chunkFileNames: 'page-[hash].js',
          assetFileNames: 'page-[hash][extname]',
        },
      },
    },
    test: { environment: 'jsdom', include: ['test/**/*.test.{ts,tsx}'], testTimeout: 20000 },
  };
});
