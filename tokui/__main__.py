from tokui.config.cli import main

main()
