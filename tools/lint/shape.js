/**
 * No service classes (a use case is a function; a class may only extend an error or a class that a library asks for)
 * and no barrel files (a name is imported from where it is declared).
 */
export const shape = {
  create(context) {
    if (/\.(test|spec)\.tsx?$/.test(context.filename)) return {};
    const refuseClass = (node) => {
      if (node.superClass === null || node.superClass === undefined)
        context.report({
          node,
          message: "use a function: a class holds its dependencies where nobody sees them",
        });
    };
    const refuseBarrel = (node) =>
      context.report({
        node,
        message: "no barrel files: import a name from the file that declares it",
      });
    return {
      ClassDeclaration: refuseClass,
      ClassExpression: refuseClass,
      ExportAllDeclaration: refuseBarrel,
      ExportNamedDeclaration(node) {
        if (node.source) refuseBarrel(node);
      },
    };
  },
};
