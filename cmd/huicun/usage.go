package main

import (
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// helpWords are the parser's own words in Chinese. Placeholders keep their width, so that columns stay aligned.
var helpWords = strings.NewReplacer(
	"Usage: ", "用法：", "<command>", "<命令>", "[flags]", "[选项]",
	"Flags:", "选项：", "Commands:", "命令：", "Arguments:", "参数：",
	`Run "`, "运行 ", ` --help" for more information on a command.`, " --help 查看一个命令的用法。",
	"Show context-sensitive help.", "显示用法。",
	"=STRING ", "=文本   ", "=STRING\n", "=文本\n", "=INT ", "=数  ", "=INT\n", "=数\n", "=DURATION ", "=时长     ", "=DURATION\n", "=时长\n",
)

// printHelp is the parser's help in Chinese.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	out := ctx.Stdout
	var b strings.Builder
	ctx.Stdout = &b
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = out
	if err != nil {
		return err
	}
	_, err = helpWords.WriteString(out, b.String())
	return err
}

// usageWords are the parser's complaints in Chinese, the first that matches.
var usageWords = []struct {
	pattern *regexp.Regexp
	words   string
}{
	{regexp.MustCompile(`^missing flags: (.*)$`), "缺少选项 $1"},
	{regexp.MustCompile(`^unknown flag (.+), did you mean (?:one of )?(.*)\?$`), "没有选项 $1，是不是 $2"},
	{regexp.MustCompile(`^unknown flag (.*)$`), "没有选项 $1"},
	{regexp.MustCompile(`^unexpected argument (.+), did you mean (?:one of )?(.*)\?$`), "不认识 $1，是不是 $2"},
	{regexp.MustCompile(`^unexpected argument (.*)$`), "不认识 $1"},
	{regexp.MustCompile(`^expected one of (.*)$`), "请给出一个命令：$1"},
	{regexp.MustCompile(`^expected "(.*)"$`), "缺少参数 $1"},
	{regexp.MustCompile(`^missing positional arguments (.*)$`), "缺少参数 $1"},
	{regexp.MustCompile(`^(\S+) must be one of (.*) but got (.*)$`), "$1 应为 $2 之一，不能是 $3"},
	{regexp.MustCompile(`^(\S+?)(?:=\S+)?: (?:expected .*|missing value.*)$`), "$1 后面缺少内容，或内容不是应有的形式"},
}

// usage says in Chinese what is wrong with the command line; what is not known is left as it is.
func usage(err error) string {
	s := err.Error()
	for _, w := range usageWords {
		if w.pattern.MatchString(s) {
			return strings.ReplaceAll(w.pattern.ReplaceAllString(s, w.words), "=STRING", "")
		}
	}
	return s
}
