import typer

customers_app = typer.Typer(help="Customers: import and export.", no_args_is_help=True)
sales_app = typer.Typer(help="Sale lines.", no_args_is_help=True)
invoices_app = typer.Typer(help="Invoices.", no_args_is_help=True)
bank_app = typer.Typer(help="Bank accounts and files.", no_args_is_help=True)


def standing() -> None: ...
